"""The least that Graph wants for what we ask, so that nobody agrees to more than their command needs.

https://learn.microsoft.com/graph/permissions-reference
"""

from __future__ import annotations

ME = "User.Read"
OWN_FILES = "Files.ReadWrite"
ALL_FILES = "Files.ReadWrite.All"
PEOPLE = "User.ReadBasic.All"
WORK_OF_PEOPLE = "People.Read"  # what people do; never asked for: who may not see it goes by addresses
ALIASES = "User.Read.All"  # other addresses of people; as above, and an administrator's to give
GROUPS = "GroupMember.Read.All"  # an administrator's to give
