package main

test_nothing { not_a_function_of_any_engine("left out: a test is no policy") }
