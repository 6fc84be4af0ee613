"""What the gate holds a change against: one module a rule."""
