"""Adyen: standard notifications signed item by item, other webhooks signed by header, Pay by Link."""
