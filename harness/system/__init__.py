"""From a template to a `System`: what a serverless application declares."""
