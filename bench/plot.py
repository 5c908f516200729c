"""The plot of time against documents, drawn by gnuplot."""
import os
import subprocess

NAME = "growth.svg"
HEAD = """\
set terminal svg size 760,460 font 'sans-serif,13' background 'white'
set output '{output}'
set encoding utf8
set logscale xy
set xrange [{first}:{last}]
set xlabel 'documents'
set ylabel 'seconds'
set format x '10^{{%T}}'
set format y '10^{{%T}}'
set grid
set key left top
"""


def script(output, every):
    """What gnuplot reads; series without a point are left out."""
    drawn = [(series, [(count, point[0]) for count, point in series.points.items() if not isinstance(point, str)])
             for series in every]
    drawn = [(series, points) for series, points in drawn if points]
    blocks = plots = ""
    for i, (series, points) in enumerate(drawn):
        lines = "".join(f"{count} {seconds:.6f}\n" for count, seconds in points)
        blocks += f"$data{i} << END\n{lines}END\n"
        plots += f"{', ' * (i > 0)}$data{i} with linespoints dashtype {1 if series.ours else 2}" \
            f" title \"{series.name}\" noenhanced"
    counts = [count for _, points in drawn for count, _ in points]
    return HEAD.format(output=output, first=min(counts), last=max(counts)) + blocks + f"plot {plots}\n"


def draw(bench, every):
    """The line of the report that shows the plot."""
    output = os.path.join(bench.plots, NAME)
    subprocess.run(["gnuplot"], input=script(output, every), text=True, check=True)
    return f"![Time against the number of documents](bench/{NAME})"
