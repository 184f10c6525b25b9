"""Pin the broker's jars: resolve them through Maven, and print the data file that `jars.py` holds downloads against.

python -m arrears_local.pins org.apache.kafka:kafka_2.13:4.3.1 org.slf4j:slf4j-simple:1.7.36 > kafka.toml
"""

import hashlib
import sys

import click
import jgo


def pinned(coordinates: list[str]) -> dict[str, str]:
    """group:artifact:version -> SHA-256, with all that each coordinate needs at run time."""
    artifacts = {artifact.filename: artifact for name in coordinates for artifact in jgo.resolve(name)}
    return {
        f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}": hashlib.sha256(
            artifact.resolve().read_bytes()
        ).hexdigest()
        for artifact in artifacts.values()
    }


if __name__ == "__main__":
    click.echo("# Made by `python -m arrears_local.pins`. The broker's class path is these jars and no other.")
    for coordinate, digest in sorted(pinned(sys.argv[1:]).items()):
        click.echo(f'"{coordinate}" = "{digest}"')
