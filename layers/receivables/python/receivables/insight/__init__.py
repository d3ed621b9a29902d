"""Insight: what the ledger says about what is owed and how it is paid. Pure readings, never decisions."""

from receivables.insight.ageing import Ageing, Bucket, ageing, bucket_of
from receivables.insight.collection import Collection, PaidInvoice, collection

__all__ = ["Ageing", "Bucket", "Collection", "PaidInvoice", "ageing", "bucket_of", "collection"]
