"""Task definitions: one container that serves some ports."""


def register_task_definition(account, family, ports, network_mode="awsvpc", environment=()):
    """Registers the next revision of the family, which maps these ports for TCP, or each for its protocol; returns its ARN."""
    mappings = ports if isinstance(ports, dict) else dict.fromkeys(ports, "tcp")
    options = {}
    if network_mode == "awsvpc":
        options = {"requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512"}
    answer = account.aws.ecs.register_task_definition(
        family=family,
        networkMode=network_mode,
        containerDefinitions=[{
            "name": "app",
            "image": "app:1",
            "memory": 128,
            "environment": list(environment),
            "portMappings": [{"containerPort": port, "protocol": protocol} for port, protocol in mappings.items()],
        }],
        **options,
    )
    return answer["taskDefinition"]["taskDefinitionArn"]
