"""What it costs · 计算开销: time and memory over the sequence length, measured here."""

from explorer.ui.address import current_settings, language
from explorer.ui.cost_settings import current_cost_settings, write_cost_address
from explorer.ui.costs import costs

config, settings = current_settings()[0], current_cost_settings()
write_cost_address(config, settings)
costs(config, settings, language())
