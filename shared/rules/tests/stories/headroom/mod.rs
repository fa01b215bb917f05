//! The rules of headroom.

mod deployment_headroom;
mod scaling_floor_zero;
mod steps;
mod subnet_addresses_low;
mod target_quota_near;
mod unread;
