# A build backend within the sdist, which needs nothing beside Python. What it
# does on the way is in hook.py, what it makes in wheel.json.
import base64, hashlib, json, os, zipfile

NAME = json.load(open("wheel.json"))
INFO = "-".join(NAME["file"].split("-")[:2]) + ".dist-info"


def texts():
    name, version = NAME["file"].split("-")[:2]
    tag = "-".join(NAME["file"][:-4].split("-")[2:])
    return {
        INFO + "/METADATA": "Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (name, version),
        INFO + "/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: %s\n" % tag,
    }


def get_requires_for_build_wheel(config_settings=None):
    return []


def prepare_metadata_for_build_wheel(folder, config_settings=None):
    os.mkdir(os.path.join(folder, INFO))
    for path, text in texts().items():
        open(os.path.join(folder, path), "w").write(text)
    return INFO


def build_wheel(folder, config_settings=None, metadata_directory=None):
    answer = {}
    exec(open("hook.py").read(), {"answer": answer})
    files = {"answer.json": json.dumps(answer), **texts()}
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += "%s,sha256=%s,%d\n" % (path, digest, len(text.encode()))
    files[INFO + "/RECORD"] = record + INFO + "/RECORD,,\n"
    with zipfile.ZipFile(os.path.join(folder, NAME["file"]), "w") as z:
        for path, text in files.items():
            z.writestr(zipfile.ZipInfo(path), text)
    return NAME["file"]
