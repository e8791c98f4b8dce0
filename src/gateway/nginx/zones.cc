#include "gateway/nginx/zones.h"

#include <new>

#include "crypto/random.h"
#include "gateway/nginx/token_cache.h"

namespace signet::nginx {
namespace {

constexpr std::size_t kLeastTokenZone = 256 * 1024;
constexpr std::size_t kLeastReplayZone = 32 * 1024;
/// One mark for so many bytes of a token zone: an eighth of it is for marks.
constexpr std::size_t kBytesForMark = 64;

ngx_int_t refuse(ngx_shm_zone_t* zone, const char* text) {
  ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0, "signet: zone \"%V\": %s", &zone->shm.name, text);
  return NGX_ERROR;
}

std::size_t front_size(std::size_t mark_count) {
  return sizeof(TokenMemory) + mark_count * sizeof(gateway::TimedSet::Slot);
}

ngx_int_t init_token_zone(ngx_shm_zone_t* zone, void* old) {
  auto& pool = *reinterpret_cast<ngx_slab_pool_t*>(zone->shm.addr);
  if (old != nullptr || zone->shm.exists) return NGX_OK;  // pool.data is still there
  const std::size_t mark_count = zone->shm.size / kBytesForMark;
  void* place = ngx_slab_calloc(&pool, front_size(mark_count));
  if (place == nullptr) return refuse(zone, "too small");
  auto* memory = new (place) TokenMemory{};
  memory->marks = reinterpret_cast<gateway::TimedSet::Slot*>(memory + 1);
  memory->mark_count = mark_count;
  memory->mark_lifetime = kLeastMarkLifetime.count();
  TokenCache::init(*memory);
  pool.data = memory;
  pool.log_nomem = 0;  // a full zone is no fault: the least recently used token leaves
  return NGX_OK;
}

/// Gives the pool all its memory back but the front, whose place is always the first pages: marks and counters have no
/// half-done state and stay.
void rebuild(const TokenZone& zone) {
  ngx_slab_pool_t& pool = zone.pool();
  TokenMemory& memory = zone.memory();
  ngx_slab_init(&pool);
  pool.log_nomem = 0;
  if (ngx_slab_alloc_locked(&pool, front_size(memory.mark_count)) != &memory) ngx_abort();
  TokenCache::init(memory);
  memory.nodes = 0;
}

ngx_int_t init_replay_zone(ngx_shm_zone_t* zone, void* old) {
  if (old != nullptr || zone->shm.exists) return NGX_OK;
  // The zone begins with nginx's own pool header, which must stay: its mutex is what nginx frees
  auto& pool = *reinterpret_cast<ngx_slab_pool_t*>(zone->shm.addr);
  const std::size_t room = static_cast<std::size_t>(pool.pfree) * ngx_pagesize;
  constexpr std::size_t kSlot = sizeof(gateway::TimedSet::Slot);
  const std::size_t size = room / ngx_pagesize * ngx_pagesize;
  void* place = ngx_slab_calloc(&pool, size);
  if (place == nullptr) return refuse(zone, "too small");
  auto* memory = new (place) ReplayMemory{};
  memory->created_at = steady_clock();
  memory->slot_count = (size - sizeof(ReplayMemory)) / kSlot + 1;
  crypto::SystemRandom random;
  random.fill(memory->nonce_key);
  pool.data = memory;
  return NGX_OK;
}

/// A zone of this module, added once.
ngx_shm_zone_t* add_zone(ngx_conf_t* cf, const ngx_str_t& name, std::size_t size, std::size_t least) {
  if (size < least) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\": the zone \"%V\" is too small: at least %uzk", cf->args->elts,
                       &name, least / 1024);
    return nullptr;
  }
  ngx_str_t copy = name;
  ngx_shm_zone_t* zone = ngx_shared_memory_add(cf, &copy, size, &ngx_http_signet_module);
  if (zone != nullptr && zone->data != nullptr) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\": the zone \"%V\" is defined twice", cf->args->elts, &name);
    return nullptr;
  }
  return zone;
}

}  // namespace

ZoneLock::ZoneLock(const TokenZone& zone) : zone_(zone) {
  ngx_shmtx_lock(&zone.pool().mutex);
  if (zone.memory().is_changing) rebuild(zone);
  zone.memory().is_changing = true;
}

ZoneLock::~ZoneLock() {
  zone_.memory().is_changing = false;
  ngx_shmtx_unlock(&zone_.pool().mutex);
}

ReplayMemory& ReplayZone::memory() const {
  return *static_cast<ReplayMemory*>(reinterpret_cast<ngx_slab_pool_t*>(shm->shm.addr)->data);
}

TokenZone* add_token_zone(ngx_conf_t* cf, Zones& zones, const ngx_str_t& name, std::size_t size) {
  ngx_shm_zone_t* shm = add_zone(cf, name, size, kLeastTokenZone);
  auto* zone = shm == nullptr ? nullptr : make_in_pool<TokenZone>(cf->pool, std::string(to_view(name)), shm);
  if (zone == nullptr) return nullptr;
  shm->init = init_token_zone;
  shm->data = zone;
  zones.tokens.push_back(zone);
  return zone;
}

ReplayZone* add_replay_zone(ngx_conf_t* cf, Zones& zones, const ngx_str_t& name, std::size_t size) {
  ngx_shm_zone_t* shm = add_zone(cf, name, size, kLeastReplayZone);
  auto* zone = shm == nullptr ? nullptr : make_in_pool<ReplayZone>(cf->pool, std::string(to_view(name)), shm);
  if (zone == nullptr) return nullptr;
  shm->init = init_replay_zone;
  shm->data = zone;
  zones.replays.push_back(zone);
  return zone;
}

}  // namespace signet::nginx
