"""What lives inside of a cluster and is declared, compared and changed by its parameters alone.

A type says what it is called, which section of a cluster it stands in, what its kinds are, how the live ones are read
and how a call is sent. All else is here: what each difference becomes, the steps, the write-ahead, the recovery.
"""
