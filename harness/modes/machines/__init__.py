"""State machines: executions, single states, mocks, and the tasks that local functions do for them."""
