"""Cash application: which receivables money is for, on what evidence, and how sure that is."""
