"""How `infra/guard` runs the registrar unless told otherwise. `tests/infra/test_modules.py` holds it equal to the Terraform."""

#: What one running function may use of each of AWS's request quotas, and how many run at once.
QUOTA_SHARE, CONCURRENCY = 0.2, 2

#: Seconds after which a message comes back that wasn't deleted, that Lambda gives the function, and that a message is kept back.
VISIBILITY, TIMEOUT, DELAY = 1805, 300, 10

#: Messages in a batch.
MOST_MESSAGES = 1000
