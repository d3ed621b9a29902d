"""The same stack on one machine: starts the embedded AWS and deploys template.yaml to it.

A demonstration and test engine: what it holds is gone when it stops.
"""
