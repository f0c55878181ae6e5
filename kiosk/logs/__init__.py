"""What the processes tell the technician: structured where there is a journal, readable everywhere.

``log.error(...)``: a technician has to do something. ``warning``: the program coped, but somebody should know.
``info``: the steps of a call, and parts that come and go. ``debug``: only with ``kiosk -v``. Nothing that a
customer said is in any of them.
"""

from kiosk.logs.fields import about as about, message_id as message_id
from kiosk.logs.setup import belongs_to as belongs_to, start as start
