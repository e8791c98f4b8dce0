// The table itself is OpenSSL's: a group whose generator is the key, precomputed. The calls for that are deprecated in
// 3.0 without a successor.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/p256_table.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <algorithm>

#include "crypto/evp.h"

namespace signet::crypto {
namespace {

using Number = std::unique_ptr<BIGNUM, evp::Deleter<BN_free>>;
using NumberContext = std::unique_ptr<BN_CTX, evp::Deleter<BN_CTX_free>>;
using Group = std::unique_ptr<EC_GROUP, evp::Deleter<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, evp::Deleter<EC_POINT_free>>;

constexpr std::size_t kWidth = 32;

const EC_GROUP* p256() {
  static const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  evp::require(group != nullptr);
  return group.get();
}

/// The numbers of one verification, kept by each thread. All of them are public.
struct Scratch {
  NumberContext context{BN_CTX_new()};
  Number r{BN_new()}, s{BN_new()}, inverse{BN_new()}, u1{BN_new()}, u2{BN_new()}, x{BN_new()};
  Point from_base{EC_POINT_new(p256())}, from_key{EC_POINT_new(p256())};

  [[nodiscard]] static Scratch& of_this_thread() {
    thread_local Scratch scratch;
    return scratch;
  }

 private:
  Scratch() { evp::require(context && r && s && inverse && u1 && u2 && x && from_base && from_key); }
};

bool read_number(BytesView bytes, BIGNUM* number, const BIGNUM* order) {
  evp::require(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), number) != nullptr);
  return !BN_is_zero(number) && BN_cmp(number, order) < 0;
}

}  // namespace

struct P256Table::Impl {
  Group group;  ///< P-256 with the key in the place of its generator
};

P256Table::P256Table(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
P256Table::~P256Table() = default;

std::shared_ptr<const P256Table> P256Table::make(const EcPoint& point) {
  std::array<std::uint8_t, 1 + 2 * kWidth> encoded{0x04};
  std::ranges::copy(point.y, std::ranges::copy(point.x, encoded.begin() + 1).out);
  const NumberContext context(BN_CTX_new());
  const Point key(EC_POINT_new(p256()));
  Group group(EC_GROUP_dup(p256()));
  const bool made = context && key && group &&
                    EC_POINT_oct2point(p256(), key.get(), encoded.data(), encoded.size(), context.get()) == 1 &&
                    EC_GROUP_set_generator(group.get(), key.get(), EC_GROUP_get0_order(p256()), BN_value_one()) == 1 &&
                    EC_GROUP_precompute_mult(group.get(), context.get()) == 1;
  if (!made) {
    ERR_clear_error();
    return nullptr;
  }
  return std::shared_ptr<const P256Table>(new P256Table(std::make_unique<Impl>(Impl{std::move(group)})));
}

bool P256Table::verify(const Digest256& digest, BytesView raw_signature) const {
  if (raw_signature.size() != 2 * kWidth) return false;
  Scratch& in = Scratch::of_this_thread();
  BN_CTX* const context = in.context.get();
  const BIGNUM* const order = EC_GROUP_get0_order(p256());
  // FIPS186-5-6.4.2 step 1: r and s in [1, n-1]
  if (!read_number(raw_signature.first(kWidth), in.r.get(), order)) return false;
  if (!read_number(raw_signature.subspan(kWidth), in.s.get(), order)) return false;
  BIGNUM* const hash = in.x.get();
  evp::require(BN_bin2bn(digest.data(), static_cast<int>(digest.size()), hash) != nullptr &&
               BN_mod_inverse(in.inverse.get(), in.s.get(), order, context) != nullptr &&
               BN_mod_mul(in.u1.get(), hash, in.inverse.get(), order, context) == 1 &&
               BN_mod_mul(in.u2.get(), in.r.get(), in.inverse.get(), order, context) == 1);
  evp::require(EC_POINT_mul(p256(), in.from_base.get(), in.u1.get(), nullptr, nullptr, context) == 1 &&
               EC_POINT_mul(impl_->group.get(), in.from_key.get(), in.u2.get(), nullptr, nullptr, context) == 1 &&
               EC_POINT_add(p256(), in.from_base.get(), in.from_base.get(), in.from_key.get(), context) == 1);
  // Step 6: the point at infinity has no x.
  if (EC_POINT_is_at_infinity(p256(), in.from_base.get()) == 1) return false;
  evp::require(EC_POINT_get_affine_coordinates(p256(), in.from_base.get(), in.x.get(), nullptr, context) == 1 &&
               BN_nnmod(in.x.get(), in.x.get(), order, context) == 1);
  return BN_cmp(in.x.get(), in.r.get()) == 0;
}

}  // namespace signet::crypto
