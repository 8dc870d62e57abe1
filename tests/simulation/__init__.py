"""Whole lives of fleets out of one number: real client, planner, executor and journal against the simulator.

Everything happens in one thread, in virtual time, without sockets and files; a seed always tells the same story.
"""
