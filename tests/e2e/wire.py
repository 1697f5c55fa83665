from playwright.sync_api import Page, WebSocketRoute


class Wire:
    """Between a page and the site's socket, to be cut."""

    def __init__(self, page: Page) -> None:
        self.open: list[WebSocketRoute] = []
        self.dead = False
        page.route_web_socket("**/live", self._dialled)

    def _dialled(self, socket: WebSocketRoute) -> None:
        if self.dead:
            socket.close(code=1013)
            return
        socket.connect_to_server()
        self.open.append(socket)

    def cut(self) -> None:
        self.dead = True
        for socket in self.open:
            socket.close(code=1011)
        self.open.clear()

    def mend(self) -> None:
        self.dead = False
