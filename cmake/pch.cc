// Carries the precompiled header that the floors share; it has no code of its own.
namespace signet {
extern const int precompiled_header_anchor;
const int precompiled_header_anchor = 0;
}  // namespace signet
