"""Errors and warnings in the forms that review tools read: SARIF 2.1.0, JUnit's XML, annotations of GitHub's workflows.

The same diagnostics give the same text, in the order given. Nothing in a diagnostic can add a finding, end a line or
make a link: each form's own escapes are used, and every unprintable character is written out.
"""
