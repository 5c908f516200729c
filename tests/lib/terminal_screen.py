"""A terminal's screen, as far as what is written to it in tests needs: a grid, what has scrolled off it, a cursor."""
import re

SEQUENCE = re.compile(r"\x1b(?:\[([?>]?)([0-9;]*)([@-~])|([()])(.)|([78DMc=>]))")
PARTIAL = re.compile(r"\x1b(?:\[[?>]?[0-9;]*|[()])?\Z")


class Screen:
    """Feed it bytes; text and unknown sequences are there to be looked at."""

    def __init__(self, rows=24, columns=80):
        self.height, self.width = rows, columns
        self.rows, self.scrolled, self.other = self.blank(), [], None
        self.row = self.column = 0
        self.saved, self.pending, self.unknown, self.bells = (0, 0), b"", [], 0

    def blank(self):
        return [[" "] * self.width for _ in range(self.height)]

    def lines(self):
        return ["".join(row).rstrip() for row in self.rows]

    def transcript(self):
        """All that was ever printed on the shell's screen, without the free rows below."""
        return "\n".join(self.scrolled + self.lines()).rstrip("\n")

    def state(self):
        return self.lines(), (self.row, self.column)

    def feed(self, data):
        text = (self.pending + data).decode("utf-8", "replace")
        self.pending = b""
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                match = SEQUENCE.match(text, at)
                if match:
                    self.control(match)
                    at = match.end()
                    continue
                if PARTIAL.match(text, at):
                    self.pending = text[at:].encode()
                    return
                aborted = re.compile(r"\x1b\[[?>]?[0-9;]*(?=\x1b)").match(text, at)
                if not aborted:
                    self.unknown.append(text[at:at + 10])
                at = aborted.end() if aborted else at + 1
                continue
            self.character(text[at])
            at += 1

    def down(self):
        if self.row < self.height - 1:
            self.row += 1
            return
        gone = "".join(self.rows.pop(0)).rstrip()
        if self.other is None:
            self.scrolled.append(gone)
        self.rows.append([" "] * self.width)

    def character(self, char):
        if char == "\r":
            self.column = 0
        elif char == "\n":
            self.down()
        elif char == "\b":
            self.column = max(0, self.column - 1)
        elif char == "\a":
            self.bells += 1
        elif char >= " ":
            if self.column == self.width:
                self.column = 0
                self.down()
            self.rows[self.row][self.column] = char
            self.column += 1
        else:
            self.unknown.append(char)

    def control(self, match):
        mark, numbers, final, _, _, single = match.groups()
        if single:
            self.single(single)
        elif final:
            self.csi(mark, [int(number or 0) for number in numbers.split(";")], final)

    def single(self, char):
        if char == "7":
            self.saved = self.row, self.column
        elif char == "8":
            self.row, self.column = self.saved
        elif char == "D":
            self.down()
        else:
            self.unknown.append(char)

    def csi(self, mark, numbers, final):
        first = numbers[0]
        if mark == "?" and final in "hl":
            if first == 1049:
                self.alternate(final == "h")
        elif final == "H":
            self.row = min(max(first, 1), self.height) - 1
            self.column = min(max(numbers[1] if len(numbers) > 1 else 1, 1), self.width) - 1
        elif final == "A":
            self.row = max(0, self.row - max(first, 1))
        elif final == "K":
            begin, end = {0: (self.column, self.width), 1: (0, self.column + 1), 2: (0, self.width)}[first]
            self.rows[self.row][begin:end] = [" "] * (end - begin)
        elif final == "J" and first == 2:
            self.rows = self.blank()
        elif final != "m":
            self.unknown.append((mark, numbers, final))

    def alternate(self, on):
        if on and self.other is None:
            self.other = self.rows, self.row, self.column
            self.rows = self.blank()
        elif not on and self.other is not None:
            (self.rows, self.row, self.column), self.other = self.other, None
