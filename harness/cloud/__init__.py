"""Clouds: accounts and regions, the embedded one, and the stages that are deployed in them."""
