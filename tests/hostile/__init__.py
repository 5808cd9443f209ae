"""Fuzzers and a differential test of whole executions: whatever comes in, only errors that we mean come out."""
