-- AlterTable
ALTER TABLE "Canon" ADD COLUMN     "chosenAt" TIMESTAMP(3),
ADD COLUMN     "modelName" TEXT;

-- AlterTable
ALTER TABLE "CastingCandidate" ADD COLUMN     "modelName" TEXT;
