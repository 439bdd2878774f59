#!/usr/bin/env python3
"""Takes the notifications of `fabric serve --alert-webhook http://127.0.0.1:9100/` and prints those that are really from it.

    alert-receiver.py PORT SECRET-FILE
"""
import hashlib, hmac, http.server, json, sys, time

KEY = open(sys.argv[2], "rb").read().strip()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        sent = self.headers["X-Fabric-Timestamp"]
        signature = "sha256=" + hmac.new(KEY, sent.encode() + b"." + body, hashlib.sha256).hexdigest()
        is_right = hmac.compare_digest(signature, self.headers["X-Fabric-Signature"])
        # An old one is somebody's copy.
        is_new = abs(time.time() - int(sent)) < 300
        self.send_response(204 if is_right and is_new else 403)
        self.end_headers()
        if is_right and is_new:
            alert = json.loads(body)
            print(alert["notificationId"], alert["text"], flush=True)

    def log_message(self, *ignored):
        pass


server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
print("listening on", server.server_address[1], flush=True)
server.serve_forever()
