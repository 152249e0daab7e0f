"""API Gateway and function URLs, as the modes `handler` and `invoke` play them."""
