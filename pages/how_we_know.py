"""How we know · 我们怎么知道: every number beside an independent reference."""

from explorer.ui.address import current_settings, language, write_address
from explorer.ui.proof import proof

# The run's settings stay in the address, so that they are there on the way back.
write_address(current_settings()[0])
proof(language())
