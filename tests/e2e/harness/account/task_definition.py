"""Task definitions: one container that serves some ports."""


def register_task_definition(account, family, ports, network_mode="awsvpc", environment=()):
    """Registers the next revision of the family; returns its ARN."""
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
            "portMappings": [{"containerPort": port, "protocol": "tcp"} for port in dict.fromkeys(ports)],
        }],
        **options,
    )
    return answer["taskDefinition"]["taskDefinitionArn"]
