"""Lists in pages, as ECS gives them. The token is the place to go on from."""

from moto.core.responses import ActionResult

from .stage import stage


def page(response, key, entries, default):
    """One page of `entries`, of the size asked for, `Stage.page_size` or the API's default."""
    if not stage.as_aws:
        return ActionResult({key: entries})
    size = min(int(response._get_param("maxResults") or default), stage.page_size or 100)
    start = int(response._get_param("nextToken") or 0)
    answer = {key: entries[start:start + size]}
    if start + size < len(entries):
        answer["nextToken"] = str(start + size)
    return ActionResult(answer)
