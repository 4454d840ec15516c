"""The questions a city asks of its layers every day: here, inside, around, along. Routes and processes call these."""
