"""Orchestration across contexts, written against ports: one module a verb."""
