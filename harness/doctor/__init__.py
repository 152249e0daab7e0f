"""The doctor: why tests may fail that are right, for causes outside of the system's code.

A check a module. `reaching` is about the cloud and the tester, `examining` about the stage of one system.
"""
