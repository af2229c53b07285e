"""Let MPXJ, which calculates as Microsoft Project does, schedule files anew.

Run as a program of its own: a Java machine in the tests would stay until they end.
"""

import json
import sys

import jpype
import mpxj  # noqa: F401  puts its classes where Java looks


def main(paths: list[str]) -> None:
    """Print a JSON list: per file, start and end of each task by its UID."""
    jpype.startJVM("-Xmx256m", convertStrings=True)
    from org.mpxj.cpm import MicrosoftScheduler  # noqa: PLC0415  only there once Java runs
    from org.mpxj.reader import UniversalProjectReader  # noqa: PLC0415

    files = []
    for path in paths:
        project = UniversalProjectReader().read(path)
        MicrosoftScheduler().schedule(project, project.getProjectProperties().getStartDate())
        files.append(
            {
                str(task.getUniqueID()): [str(task.getStart())[:10], str(task.getFinish())[:10]]
                for task in project.getTasks()
                if str(task.getUniqueID()) != "0"
            }
        )
    sys.stdout.write(json.dumps(files))


if __name__ == "__main__":
    main(sys.argv[1:])
