"""Wise: webhooks signed with a published key, money that comes into a balance."""
