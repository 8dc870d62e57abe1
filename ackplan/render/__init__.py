"""Plans, results, records and answers as text, graphs and JSON: values in, text out. Nothing here reads or writes."""
