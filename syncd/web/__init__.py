"""What syncd answers over HTTP: webhooks as hints, and whether it lives. No vendor is asked in a request, and no page is data."""
