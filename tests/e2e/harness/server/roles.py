"""Whose account a call is for: that of the role whose credentials sign it; else the one account that the tests live in."""

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import BaseResponse
from moto.iam.models import get_account_id_from


def install():
    of_environment = BaseResponse.get_current_account

    def get_current_account(self):
        # Only temporary credentials, those of an assumed role, begin like this.
        key = self.get_access_key()
        account = get_account_id_from(key) if key.startswith("ASIA") else DEFAULT_ACCOUNT_ID
        return account if account != DEFAULT_ACCOUNT_ID else of_environment(self)

    BaseResponse.get_current_account = get_current_account
