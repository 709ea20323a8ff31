"""The bots beside ours: the smallest each documentation shows that answers a message with a card.

Their settings are in the environment, as ours are, and with them APP_TOKEN and CARD: no msal speaks to a login service
on loopback, so each is given its token and spared the asking. Where there was a choice it is what is quicker for them.
"""
