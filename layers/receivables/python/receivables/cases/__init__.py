"""Collection cases: what happens to what stays unpaid, stage by stage, with a person's approval where it hurts."""
