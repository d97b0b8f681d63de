"""What Meta's platforms have in common: Facebook, Instagram and WhatsApp. Not a channel.

All three post signed batches to one callback, and are spoken to through the Graph API.
"""
