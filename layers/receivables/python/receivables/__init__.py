"""Receivables: gets a company's invoices paid."""
