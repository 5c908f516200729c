"""How much is measured: everything, for a first look, or just enough to see that it works."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Scale:
    rounds: int                 # of a contest
    repeat: int                 # runs of what takes milliseconds, in a round
    budget: float               # seconds for the rounds of a contest
    limit: float                # seconds for all; what there is no time for is left out
    batch: int                  # documents, or URLs, from here on
    batch_rounds: int
    crowd: int
    serial: int
    sign: int
    urls: int
    keys: int
    stream_mib: int
    counted: int
    powers: tuple               # of ten: the numbers of documents in growth
    growth_limit: float         # seconds for the longest run of ours
    growth_limit_peers: float


SCALES = {
    "full": Scale(rounds=11, repeat=5, budget=45, limit=600, batch=2000, batch_rounds=4, crowd=20_000,
                  serial=4000, sign=100_000, urls=200_000, keys=500, stream_mib=64, counted=500, powers=(3, 4, 5, 6),
                  growth_limit=120, growth_limit_peers=30),
    "quick": Scale(rounds=3, repeat=3, budget=8, limit=60, batch=500, batch_rounds=1, crowd=5000, serial=1000,
                   sign=20_000, urls=50_000, keys=100, stream_mib=16, counted=300, powers=(3, 4), growth_limit=10,
                   growth_limit_peers=3),
    "tiny": Scale(rounds=1, repeat=1, budget=0, limit=60, batch=20, batch_rounds=1, crowd=40, serial=5, sign=40,
                  urls=40, keys=5, stream_mib=1, counted=10, powers=(1, 2), growth_limit=10, growth_limit_peers=1),
}
