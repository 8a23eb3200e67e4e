-- AlterTable
ALTER TABLE "Canon" ADD COLUMN "chosenAt" DATETIME;
ALTER TABLE "Canon" ADD COLUMN "modelName" TEXT;

-- AlterTable
ALTER TABLE "CastingCandidate" ADD COLUMN "modelName" TEXT;
