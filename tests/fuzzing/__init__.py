"""A coverage-guided fuzzer (atheris) over everything that reads what strangers wrote.

`python -m tests.fuzzing --seconds 60` runs every target, `python -m tests.fuzzing TARGET FILE` one input again.
"""
