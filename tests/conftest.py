"""What all tests share: Python's own event loop, which the product runs on.

aiogram, which Rasa imports, makes uvloop everybody's event loop unless it is told not to.
"""

import os

os.environ["DISABLE_UVLOOP"] = "1"
