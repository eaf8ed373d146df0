"""Duel · 对决: settings side by side on the same data, batches and seeds."""

from explorer.ui.address import current_settings, language
from explorer.ui.duel import duel_page
from explorer.ui.duel_settings import current_duel, write_duel_address
from explorer.ui.pasted import keep_text

base, misfits = current_settings()
duel, wrong = current_duel(base)
write_duel_address(duel)
keep_text(base)
duel_page(duel, [*misfits, *wrong], language())
