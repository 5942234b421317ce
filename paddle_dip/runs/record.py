"""What a photo was restored with: all that is needed to make the result again."""

from paddle_dip.runs.photos import PhotoJob
from paddle_dip.runs.provenance import noise_drawn_by, provenance


def record(job: PhotoJob) -> dict:
    """Return the JSON-ready settings of a job, seed, versions, device, threads and commit; call it when Paddle may load.

    noise: of the photo, as a standard deviation of 255, where the task goes by it.
    """
    sigma = job.problem(job.tiles[0]).sigma
    return {
        "photo": job.name,
        "factor": job.factor,
        "seed": job.seed,
        "dtype": job.dtype,
        "tiles": len(job.tiles),
        "noise": None if sigma is None else sigma * 255,
        "noise_drawn_by": noise_drawn_by(job.preset),
        "preset": job.preset.settings(),
        **provenance(),
    }
