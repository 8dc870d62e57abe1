"""What everything else speaks in: works, values, answers, diagnostics, the catalog of the API."""
