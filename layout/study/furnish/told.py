"""Tell what stands in a hall as entries of zones.json: `zones_json_parts`."""

from __future__ import annotations

from layout.posts.plan import Camera, Equipment, Furnishing, MachinePool, Post

Entry = dict[str, object]


def zones_json_parts(furnishing: Furnishing) -> dict[str, list[Entry]]:
    """Return the entries of zones.json on posts, cameras, equipment, machines and counters' privacy."""
    return {
        "posts": [_post(post) for post in furnishing.posts],
        "cameras": [_camera(camera) for camera in furnishing.cameras],
        "equipment": [_thing(thing) for thing in furnishing.equipment],
        "machine_pools": [_pool(pool) for pool in furnishing.pools],
        "stand_off": [{"zone": s.zone, "start": list(s.start), "end": list(s.end)} for s in furnishing.stand_off],
        "readable": [{"thing": r.thing, "from_m2": r.from_m2} for r in furnishing.readable],
    }


def _post(post: Post) -> Entry:
    return {
        "id": post.id,
        "zone": post.zone,
        "role": post.role,
        "x": post.x,
        "y": post.y,
        "facing_deg": post.facing_deg,
        "sees": dict(post.sees),
        "presence": list(post.presence),
    }


def _camera(camera: Camera) -> Entry:
    return {
        "id": camera.id,
        "x": camera.x,
        "y": camera.y,
        "facing_deg": camera.facing_deg,
        "range_m": camera.range_m,
        "view_deg": camera.view_deg,
        "masks": list(camera.masks),
    }


def _thing(thing: Equipment) -> Entry:
    return {
        "id": thing.id,
        "kind": thing.kind,
        "zone": thing.zone,
        "x": thing.x,
        "y": thing.y,
        "w": thing.w,
        "h": thing.h,
        "facing_deg": thing.facing_deg,
        "clearance_m": thing.clearance_m,
        "top_m": thing.top_m,
        "mounted": thing.mounted,
    }


def _pool(pool: MachinePool) -> Entry:
    return {
        "kind": pool.kind,
        "installed": pool.installed,
        "needed": pool.needed,
        "availability": pool.availability,
        "enough_share": pool.enough,
        "to_install": pool.to_install,
    }
