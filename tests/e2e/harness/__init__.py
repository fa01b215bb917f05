"""What the end-to-end tests and the demo are made of.

- `server`: a moto server in its own process, corrected where a guard could tell it from AWS.
- `account`: builds an account in it that reads like a story, playing the part of ECS.
- `events`: EventBridge events and the SQS batches they arrive in.
- `lambda_runtime`: starts a function's real binary and invokes it through the Lambda runtime API.
- `proxy`: stands between the binary and the server; counts requests, makes them fail, steps in between two of them.

The binary is a black box: nothing here knows more of it than its settings, its input and its output.
"""
